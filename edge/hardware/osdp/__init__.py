"""OSDP (SIA OSDP 2.2, IEC 60839-11-5): a line that readers and panels share, encrypted or silent.

Both sides of it live here, on the library libosdp, which no other room names: the peripheral
device, as which the appliance looks like a reader, and the control panel, which reads readers.
"""
