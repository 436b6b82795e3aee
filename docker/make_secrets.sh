#!/usr/bin/env bash
# Makes the secrets of docker/compose.yaml that are missing, and leaves those that are there.
#   docker/make_secrets.sh [FOLDER]      default: docker/secrets
# Files of mode 0600 that user 1000 owns, the user of our images: run it as that user or as root.
# For the Secret of a cluster anybody may own them: OWNER=$(id -u) docker/make_secrets.sh FOLDER
#   kubectl create secret generic aileron --from-file=FOLDER
# Settings (environment): DATABASE_HOST (postgres), DATABASE_PORT (5432), OWNER (1000).
set -euo pipefail
umask 077
OWNER=${OWNER:-1000}
FOLDER=${1:-$(dirname "$0")/secrets}
HOST=${DATABASE_HOST:-postgres}:${DATABASE_PORT:-5432}

if [ "$(id -u)" != 0 ] && [ "$(id -u)" != "$OWNER" ]; then
    echo "Containers read the secrets as user $OWNER, and you are $(id -u): run this with sudo." >&2
    exit 2
fi
mkdir -p "$FOLDER"

random() { # so many random bytes in URL-safe Base64
    head -c "$1" /dev/urandom | base64 -w 0 | tr '+/' '-_'
}

keep() { # keep NAME TEXT: make the file, unless it is there
    local file=$FOLDER/$1
    if [ -s "$file" ]; then return; fi
    printf '%s\n' "$2" >"$file.new"
    mv "$file.new" "$file"
    echo "$file"
}

word() { # what is in a file that `keep` left
    cat "$FOLDER/$1"
}

keep postgres_password "$(random 36)"
keep labelling_key "$(random 48)"
keep labelstudio_token "$(od -An -N20 -tx1 /dev/urandom | tr -d ' \n')"
keep airflow_fernet_key "$(random 32)"
keep airflow_secret_key "$(random 48)"
keep airflow_jwt_secret "$(random 66)"
keep airflow_login "{\"username\": \"aileron\", \"password\": \"$(random 24)\"}"
keep admin_login "{\"username\": \"admin\", \"password\": \"$(random 18)\"}"

SERVER=postgresql+psycopg2://aileron:$(word postgres_password)@$HOST
keep airflow_database_url "$SERVER/airflow"
keep labelstudio_database_url "$SERVER/labelstudio"
keep ledger_url "$SERVER/aileron"
keep mlflow_database_url "$SERVER/mlflow"

key() { # one of the two words of the key to the S3 store
    sed -n "s/^$1 = //p" "$FOLDER/aws_credentials"
}
keep aws_credentials "[default]
aws_access_key_id = $(random 15 | tr -d -- '-_')
aws_secret_access_key = $(random 30)"
keep s3_config "{\"identities\": [{\"name\": \"aileron\", \"credentials\": [
 {\"accessKey\": \"$(key aws_access_key_id)\", \"secretKey\": \"$(key aws_secret_access_key)\"}],
 \"actions\": [\"Admin\", \"Read\", \"Write\", \"List\", \"Tagging\"]}]}"

if [ "$(id -u)" = 0 ]; then chown -R "$OWNER:$OWNER" "$FOLDER"; fi
chmod 700 "$FOLDER"
chmod 600 "$FOLDER"/*
