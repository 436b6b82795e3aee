"""The gate before Label Studio: people reach what is theirs, and of Label Studio nothing else.

Label Studio shows every account everything. So people never reach it: they come here, with a
ticket of Aileron's, and the gate asks Label Studio in the platform's name for those few things
that the labelling page needs (`routes`), each of a package that is theirs.
"""
