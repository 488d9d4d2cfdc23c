"""A small middleware between an ERP called Kontor and a PIM that speaks Akeneo's REST API.

export   reads the ERP's XML as a stream
mapping  the table: which field of the ERP becomes which attribute of the PIM
structure  makes sure that attributes, options, categories and families are there
pim      talks to the PIM: tokens, retries, batches
state    remembers what the PIM has accepted, so that only changes are sent
report   counts, and prints what was refused and why
"""
