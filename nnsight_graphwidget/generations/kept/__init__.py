"""nnsight 0.3 and 0.4, which keep a graph."""
