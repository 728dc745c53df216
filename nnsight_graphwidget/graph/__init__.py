"""What a graph is: its parts, its kinds, its forms as data and as text. Standard library only."""

from .model import EDGE_KINDS, STATUSES, Edge, Graph, Group, IdMaker, Node, Source, edge_kind, plain

__all__ = ["EDGE_KINDS", "STATUSES", "Edge", "Graph", "Group", "IdMaker", "Node", "Source", "edge_kind", "plain"]
