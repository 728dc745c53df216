"""Graphs as files: :mod:`.saving` writes one, :mod:`.formats` lists what there is, one file each."""
