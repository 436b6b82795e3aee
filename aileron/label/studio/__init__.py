"""Label Studio: how Aileron runs it and talks to it."""
