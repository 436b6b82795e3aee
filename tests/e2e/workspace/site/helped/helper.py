"""What the step calls; the test changes it."""

WORD = "one"
