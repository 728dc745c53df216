"""nnsight 0.5 and later, which run the block: where a recording listens."""
