"""One module per migration, ``vNNNN_what_it_does``."""
