"""Controllers of other makes: one file for what each says on its wire, `settings` for what can be chosen of them.

Written from descriptions of host programs and one vendor's notes; proved on no hardware.
"""
