"""The campaign itself: `pytest tests/campaigns --hypothesis-profile=campaign --timeout=0`."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "campaign", max_examples=10_000, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)
