"""The parts of the Data tab, a file per card; tabs/data.py puts them in their order.

A part is a module with build(page) -> Tab: its components, and how they look for where the project stands.
"""
