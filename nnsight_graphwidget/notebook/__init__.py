"""Graphs in a notebook. The one room that knows ipywidgets, anywidget, ipycytoscape and IPython."""
