#!/bin/sh
# Builds the program into target/ once, then runs it.
set -e
cd "$(dirname "$0")"
go build -o ../../../target/franz-go-client .
exec ../../../target/franz-go-client "$@"
