"""The house's own figures (`sys.*`), and the proof that its river runs: told outward each minute."""
