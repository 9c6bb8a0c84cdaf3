"""The accuracy card: everything that was measured, as values, and the page that is written of it.

Each section is a module with one job: a frozen dataclass of what was found, in types that JSON
knows, a function ``measured(material)`` that finds it, and a pure ``markdown(result)`` that tells it.
No figure stands in the prose of a section: whatever is said of a figure is computed from it.

To add a section, write such a module, and name it in :data:`edge.evaluation.card.page.SECTIONS` and in
:class:`edge.evaluation.card.page.Results`. ``bench/accuracy.py`` measures every section and writes
``docs/accuracy.json``, of which ``docs/accuracy.md`` is made.
"""
