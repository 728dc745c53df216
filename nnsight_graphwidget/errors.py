"""What can go wrong, in one place.

* GraphWidgetError: all of ours
  * UnreadableError (TypeError): read(), nothing here knows how to read this object
  * InvalidGraphError (ValueError): a file or a dict is not a graph
  * OptionError (ValueError, TypeError): an option has a name, a value or an id that is not known
  * ExportError (RuntimeError): save(), the picture or file could not be made
  * UnsupportedError (RuntimeError): this nnsight, or this platform, lacks what was asked for
* IncompleteGraphWarning (UserWarning): a recorder erred; the user's trace went on
"""


class GraphWidgetError(Exception):
    """The base of every error that this package raises."""


class UnreadableError(GraphWidgetError, TypeError):
    """The object cannot be read; the message names its type, what can be read, and the way out."""


class InvalidGraphError(GraphWidgetError, ValueError):
    """A dict or a file is not a valid graph; the message gives the path of the entry at fault."""


class OptionError(GraphWidgetError, ValueError, TypeError):
    """An option is not known, or its value is not one that it can have; the message says what it can have.

    It is a ``TypeError``, as Python raises for a keyword that a function does not have, and a ``ValueError``.
    """


class ExportError(GraphWidgetError, RuntimeError):
    """A file could not be made; whatever was at its path is untouched."""


class UnsupportedError(GraphWidgetError, RuntimeError):
    """The nnsight found, or the platform, does not have what was asked for; the message names both."""


class IncompleteGraphWarning(UserWarning):
    """The recorder met something that it could not follow; the graph says ``complete=False`` and why."""
