"""What the package costs, beside its peers: ``python -m benchmarks`` runs every part and writes ``benchmarks/results``."""
