"""What the widget is to ipycytoscape: the traits and methods of a ``CytoscapeWidget`` that it has, those that work, and those
that cannot, which say so when they are used.

Works: ``on(type, event, callback)``, ``get_style``/``set_style`` (rules added to the graph's own),
``get_layout``/``set_layout``
(``grid``, ``circle``, ``concentric``, ``breadthfirst``, ``cose``, ``random``; any other name is the layered layout),
``relayout()``, ``min_zoom``, ``max_zoom``, ``wheel_sensitivity``, ``user_zooming_enabled``, ``user_panning_enabled``,
``auto_ungrabify``. ``graph`` is our own graph.
"""

from __future__ import annotations

import warnings
from typing import Any

import ipycytoscape
import traitlets as t
from ipywidgets import DOMWidget

from ..errors import UnsupportedError
from ..view import WidgetOptions, options_of

#: Traits that the stock front end has a use for and ours has not. Their values are kept, since old notebooks set them.
INERT = sorted(
    set(ipycytoscape.CytoscapeWidget.class_trait_names())
    - set(DOMWidget.class_trait_names())
    - set(options_of(WidgetOptions))
    - {"graph", "_interaction_handlers"}
)


class Cytoscape(ipycytoscape.CytoscapeWidget):  # type: ignore[misc]
    """A ``CytoscapeWidget`` that makes no ``Graph``, ``Node`` and ``Edge`` widgets, hence opens no comm but its own."""

    def __init__(self, **kwargs: Any) -> None:
        DOMWidget.__init__(self, **kwargs)
        self.on_msg(self._handle_interaction)

    @t.observe(*INERT)
    def _warn_of_no_effect(self, change: Any) -> None:
        """Say that a trait does nothing, when it is set."""
        warnings.warn(
            f"{change['name']} has no effect: a GraphWidget has its own front end; to_ipycytoscape(obj) is a stock widget",
            stacklevel=2,
        )

    def set_tooltip_source(self, *_: Any, **__: Any) -> None:
        """Not for this widget, whose tooltips say what is known of a node.

        Raises:
            UnsupportedError: always; the message says what to do instead.
        """
        raise UnsupportedError(
            "a GraphWidget's tooltips say what is known of a node; a stock CytoscapeWidget with a tooltip of yours is to be had"
            " with to_ipycytoscape(obj)"
        )

    def add_graph_from_json(self, *_: Any, **__: Any) -> None:
        """Not for this widget, whose graph is an intervention's.

        Raises:
            UnsupportedError: always; the message says what to do instead.
        """
        raise UnsupportedError(
            "a GraphWidget shows the graph it was made with; make another with show(obj), "
            "or a stock CytoscapeWidget with to_ipycytoscape(obj)"
        )

    add_graph_from_networkx = add_graph_from_df = add_graph_from_neo4j = add_graph_from_json
