"""The command line `audience`: a module per group of commands.

The modules import only click and constants; a command imports its program when it runs, so
that `audience --help` answers at once.
"""
