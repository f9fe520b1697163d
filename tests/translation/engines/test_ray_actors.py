"""Which engines go to a cluster; how they work there, tests/test_ray.py shows."""

from spanferry.translation.engines.identity import Identity
from spanferry.translation.engines.marian import Marian
from spanferry.translation.engines.mtranslate import MTranslate
from spanferry.translation.engines.ray_actors import Actors, spread
from spanferry.translation.settings import MarianSettings


def test_models_go_to_actors_and_stay_the_same_engine(tmp_path):
    told: list[str] = []
    one = Marian(MarianSettings(model=str(tmp_path)), ("en", "nl"))
    many = spread(one, told.append)
    assert isinstance(many, Actors)
    for name in ("identity", "batch", "limit", "markers", "uses_context", "trusted", "remote", "deadline_s"):
        assert getattr(many, name) == getattr(one, name)
    assert many.size("één") == one.size("één") == 5
    assert told == []


def test_a_service_stays_with_one_client_which_is_told():
    told: list[str] = []
    service, copy = MTranslate("en", "nl", 1.0), Identity()
    assert spread(service, told.append) is service
    assert spread(copy, told.append) is copy
    assert told == ["mtranslate is asked from here alone: more machines do not make a rate limit larger"]
