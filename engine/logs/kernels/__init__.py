"""The numeric kernels that scan XES: plain functions over bytes and integer arrays, compiled on first use."""
