#!/bin/sh
# Makes the secrets that docker-compose.yml reads, in the folder "secrets" beside it (or in the folder given). What is there is never made anew.
# The folder is closed to others; its files are open, since containers see them one by one, as users of their own.
set -eu
cd "${1:-$(dirname "$0")/..}"
mkdir -p -m 0700 secrets
chmod 0700 secrets

keep() {
  name=$1
  shift
  [ -e "secrets/$name" ] && return
  (umask 022 && "$@" > "secrets/$name.new")
  mv "secrets/$name.new" "secrets/$name"
}

# Hexadecimal where it becomes part of a URL.
keep postgresql-password openssl rand -hex 24
keep redis-password openssl rand -hex 24
keep registry-secret-key openssl rand -base64 32
keep registry-api-key openssl rand -hex 32
keep database-url echo "postgres://thingcore:$(cat secrets/postgresql-password)@postgresql:5432/thingcore"
keep redis-url echo "redis://:$(cat secrets/redis-password)@redis:6379"
