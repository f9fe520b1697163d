"""Tests of the choice of engines that run on a cluster. tests/test_ray.py tests how they run there."""

from spanferry.translation.engines.identity import Identity
from spanferry.translation.engines.marian import Marian
from spanferry.translation.engines.mtranslate import MTranslate
from spanferry.translation.engines.ray_actors import ActorPool, distribute
from spanferry.translation.settings import MarianSettings


def test_models_run_in_actors_and_keep_their_identity(tmp_path):
    messages: list[str] = []
    one = Marian(MarianSettings(model=str(tmp_path)), ("en", "nl"))
    many = distribute(one, messages.append)
    assert isinstance(many, ActorPool)
    for name in ("identity", "batch", "limit", "markers", "uses_context", "trusted", "remote", "deadline_s"):
        assert getattr(many, name) == getattr(one, name)
    assert many.size("één") == one.size("één") == 5
    assert messages == []


def test_a_service_keeps_one_client_and_a_message_says_so():
    messages: list[str] = []
    service, copy = MTranslate("en", "nl", 1.0), Identity()
    assert distribute(service, messages.append) is service
    assert distribute(copy, messages.append) is copy
    assert messages == ["mtranslate is called from this machine only, because more machines do not raise a rate limit"]
