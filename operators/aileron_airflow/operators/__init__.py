"""One operator per kind of step, the plan, and the approval."""
