"""docker's verbs and flags as data: from these tables come the parser, the help and the requests.

flag.py     what a Flag, a Verb and a Draft of a request are
kinds.py    what the text of a flag's value becomes (512m -> 536870912), with docker's errors
pflag.py    the parser: docker's syntax, fed from the tables
index.py    which module has which verb; a module is loaded when its verb is used
the others  the verbs of one noun, or the flags of one verb where they are many
"""
