"""The numeric kernels of the alignment search: plain functions over integer arrays, compiled on first use."""
