"""Graphs in a notebook: the live widget, and what is beside it. The one room that knows ipywidgets, anywidget and IPython."""
