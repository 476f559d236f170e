"""The numeric kernels that explore a net: plain functions over integer arrays, compiled on first use."""
