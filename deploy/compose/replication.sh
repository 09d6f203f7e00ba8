#!/bin/bash
# Lets the replica of the profile `replica` follow this server; runs once, when the folder of data is made.
echo 'host replication bifrost all scram-sha-256' >>"$PGDATA/pg_hba.conf"
