"""The demo: two organizations, invented people, synthetic recordings that say so."""
