#!/usr/bin/env bash
# Runs the functions as Lambda does, and everything around them in `dev`. Called by `make lambda`.
set -euo pipefail

readonly port=9000 environment=.local/lambda.env

# Build first: cargo-lambda starts more instances until the first one answers.
for function in functions/*/; do
	cargo build --locked --workspace --bin "$(basename "$function")"
done

rm -f "$environment"
"${CARGO_TARGET_DIR:-target}/debug/dev" --lambda "http://127.0.0.1:$port" &
readonly service=$!
trap 'kill "$service" 2>/dev/null || true; wait "$service" || true' EXIT
until [[ -s $environment ]]; do
	kill -0 "$service" 2>/dev/null || exit 1
	sleep 0.1
done

cargo lambda watch --locked --invoke-address 127.0.0.1 --invoke-port "$port" --env-file "$environment" \
	--concurrency 8 --disable-cors
