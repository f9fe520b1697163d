"""Tests of checkpoints: the one from which training resumes."""

import torch
from spanferry.pretrained import silence_transformers
from spanferry.reader import checkpoints, training

from tests.support.tiny import RUN, contents, learn, with_training
from tests.support.towns import corpus

silence_transformers()
torch.set_num_threads(1)


def test_processes_agree_on_the_last_complete_checkpoint_of_the_same_training(tmp_path):
    assert checkpoints.agree_on_step(tmp_path, "this") == 0
    for step, state in ((9, "{}"), (10, "{}"), (11, "")):
        checkpoints.checkpoint_folder(tmp_path, step).mkdir()
        (checkpoints.checkpoint_folder(tmp_path, step) / checkpoints.STATE).write_text(state)
    assert checkpoints.agree_on_step(tmp_path, "this") == 10
    assert checkpoints.checkpoint_folder(tmp_path, 9).exists()
    assert checkpoints.agree_on_step(tmp_path, "another") == 0
    assert not checkpoints.checkpoint_folder(tmp_path, 9).exists()


def test_incomplete_checkpoints_and_those_of_other_settings_are_not_used(tmp_path):
    assert learn(RUN, tmp_path, stop=9) is None
    torn = tmp_path / "checkpoints" / "checkpoint-999"
    torn.mkdir()
    (torn / "model.safetensors").write_text("half")
    full = tmp_path / "checkpoints" / "checkpoint-1000"
    full.mkdir()
    (full / "trainer_state.json").write_text("")  # as after a full disk
    assert learn(RUN, tmp_path).resumed == 6
    assert learn(RUN, tmp_path, stop=9) is None
    assert learn(with_training(RUN, learning_rate=1e-3), tmp_path).resumed == 0


def test_a_training_killed_at_its_end_runs_no_further_step(tmp_path):
    run = with_training(RUN, epochs=2.5)  # the Trainer sets it when it stops in the middle of an epoch
    learn(run, tmp_path / "whole")
    training.train(
        training.prepare_training(run, [corpus()]), tmp_path / "cut" / "checkpoints"
    )  # no checkpoint was saved
    assert learn(run, tmp_path / "cut").resumed == 13
    assert contents(tmp_path / "cut") == contents(tmp_path / "whole")
