"""Lies here so that tests of every folder can import what lies beside it."""
