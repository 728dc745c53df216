"""What each nnsight is: the only place that names its private attributes."""
