"""Settings of the long campaign: `pytest tests/campaigns --hypothesis-profile=campaign --timeout=0`."""

from hypothesis import HealthCheck, settings

collect_ignore = ["fuzz.py"]  # a program; it imports atheris, which is not a dependency

settings.register_profile(
    "campaign", max_examples=10_000, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)
