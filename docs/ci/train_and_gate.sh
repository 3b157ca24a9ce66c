#!/bin/bash
# Train and judge in any CI system: copy this, or call it with a config and a folder for what comes out.
#
#     train_and_gate.sh configs/iris.yaml ci-run
#
# Afterwards the folder holds run/ (weights, record, resolved config), junit.xml (the gates as test cases, also when
# they are missed) and log.txt. The exit code is bpcli's, so that "not good enough" and "could not run" stay apart.
set -uo pipefail

config=${1:?which config?}
folder=${2:?which folder for the results?}

mkdir -p "$folder"
bpcli train "$config" --out "$folder/run" --force --junit "$folder/junit.xml" | tee "$folder/log.txt"
code=${PIPESTATUS[0]}

case $code in
    0) echo "all gates are met" ;;
    1) echo "a gate is missed: see $folder/junit.xml; the weights are saved" ;;
    3 | 4) echo "the config or the data is wrong: nothing was trained" ;;
    5) echo "the training diverged: a lower learning_rate may help" ;;
    *) echo "bpcli could not do its work" ;;
esac >&2
exit "$code"
