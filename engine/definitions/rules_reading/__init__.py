"""Rules of standards as the flow file spells them: how each is read, and how it is written again."""
