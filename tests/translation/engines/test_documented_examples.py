"""The settings that docs/engines.md shows: all are valid, and models that only translate are asked so."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
import regex
from ruamel.yaml import YAML
from spanferry.translation.engines.base import Request, Translator
from spanferry.translation.engines.openai import OpenAI
from spanferry.translation.engines.registry import build_translator
from spanferry.translation.settings import TranslateSettings, TranslatorSettings

from tests.support.json_server import Answer, service

PAGE = Path(__file__).resolve().parents[3] / "docs" / "engines.md"
COMMIT = "0" * 40
TEXT = 'The "quay" & {target}'


def documented() -> dict[str, dict[str, Any]]:
    """Return the entries of `translators` in the page, by name."""
    blocks = regex.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), regex.DOTALL)
    return {name: entry for block in blocks for name, entry in YAML(typ="safe").load(block)["translators"].items()}


ENTRIES = documented()
SERVICES = [name for name, entry in ENTRIES.items() if entry["engine"] not in ("marian", "ctranslate2")]


def build(name: str, **changed: Any) -> Translator:
    settings = msgspec.convert(ENTRIES[name] | changed, TranslatorSettings)
    return build_translator("x", {"x": settings}, ("en", "nl"), TranslateSettings(), {}, Path("memory"))


@pytest.mark.parametrize("name", ENTRIES)
def test_every_example_is_valid(name: str) -> None:
    entry = {key: COMMIT if value == "<commit>" else value for key, value in ENTRIES[name].items()}
    read = msgspec.to_builtins(msgspec.convert(entry, TranslatorSettings))
    assert {key: msgspec.json.encode(read[key]) for key in entry} == {
        key: msgspec.json.encode(value) for key, value in entry.items()
    }


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_built(name: str) -> None:
    assert build(name).identity.startswith(ENTRIES[name]["engine"])


CONTENTS = {
    "translategemma": [{"type": "text", "source_lang_code": "en", "target_lang_code": "nl", "text": TEXT}],
    "hunyuan": f"Translate the following segment into Dutch, without additional explanation.\n\n{TEXT}",
}
SAMPLING = {
    "translategemma": {"temperature": 0.0},
    "hunyuan": {"temperature": 0.7, "top_p": 0.6, "top_k": 20, "repetition_penalty": 1.05},
}


@pytest.mark.parametrize("name", CONTENTS)
def test_models_that_only_translate_are_asked_with_their_own_template(name: str) -> None:
    choice = {"message": {"role": "assistant", "content": "De kade\n"}, "finish_reason": "stop"}
    with service(lambda body: Answer({"choices": [choice]})) as served:
        with build(name, base_url=f"{served.url}/v1") as engine:
            assert isinstance(engine, OpenAI)
            assert (engine.batch, engine.uses_context, engine.uses_glossary) == (1, False, False)
            assert engine.translate([Request(TEXT)]) == ["De kade"]
        ((_, _, body),) = served.seen
    message = {"role": "user", "content": CONTENTS[name]}
    assert body == {"model": ENTRIES[name]["model"], "messages": [message], **SAMPLING[name]}
