#!/bin/bash
# What a project that uses bpcli would have in its CI: train, judge, and look at the exit code of everything.
#
#     .ci/user_ci.sh
#
# Needs bpcli on the PATH; works in a temporary folder, on a copy of configs/ and datasets/.
set -euo pipefail

checkout=$(cd "$(dirname "$0")/.." && pwd)
temporary=$(mktemp -d)
trap 'rm -rf "$temporary"' EXIT
mkdir "$temporary/datasets"
cp "$checkout"/datasets/*.csv* "$temporary/datasets"
cp -R "$checkout/configs" "$temporary/configs"
cd "$temporary"

# expect CODE COMMAND...: runs the command; its exit code has to be CODE. A failure may say one line a problem on
# stderr, and never a traceback.
expect() {
    local wanted=$1 code=0
    shift
    "$@" >stdout 2>stderr || code=$?
    printf '%3d  %s\n' "$code" "$*"
    sed 's/^/       /' stderr
    if [[ $code -ne $wanted ]]; then
        echo "expected exit code $wanted" >&2
        tail -n 20 stdout >&2
        exit 1
    fi
    if grep -q Traceback stdout stderr; then
        echo "a user must not see a traceback" >&2
        exit 1
    fi
    if [[ $wanted -gt 1 && ! -s stderr ]]; then
        echo "a failure must say why" >&2
        exit 1
    fi
}

expect 0 bpcli train configs/iris.yaml --out run
expect 0 bpcli eval run/weights.npz --fail-under accuracy=0.8 --fail-over cost=0.5
expect 1 bpcli eval run/weights.npz --fail-under accuracy=1.01
expect 1 bpcli train configs/iris.yaml --set epochs=1 --set 'expect.test.accuracy=">= 1.01"'
expect 0 "$checkout/docs/ci/train_and_gate.sh" configs/iris.yaml gated
[[ -s gated/run/weights.npz && -s gated/junit.xml && -s gated/log.txt ]]
expect 0 bpcli predict run/weights.npz datasets/iris.csv --output predictions.csv
[[ $(wc -l <predictions.csv) -eq 151 ]]  # a header and a line for each flower
expect 0 bpcli gradcheck configs/iris.yaml

expect 2 bpcli train configs/iris.yaml --no-such-option
expect 3 bpcli train no_such_config.yaml
expect 3 bpcli train configs/iris.yaml --set learning_rate=fast
printf 'sepal,petal,class\n1,2,a\n3,x,b\n' >bad.csv
expect 4 bpcli train configs/iris.yaml --set data.train=bad.csv --set 'layers=[2, 3, 2]'
expect 6 bpcli train configs/iris.yaml --out run
expect 7 bpcli eval no_such_weights.npz
echo "all exit codes as promised"
