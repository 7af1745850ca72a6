/**
 * Decides when things run, and on which thread. Threads do not grow with databases: one keeps time,
 * one watches directories, a few copy and checkpoint, and a few upload for each destination. Each
 * database's work is serial, and so is each replica's; different ones run side by side.
 *
 * <p>A change wakes its database through the file system's notification, or, if that is not to be
 * had, the monitor interval. The first change after a quiet spell is copied and uploaded at once;
 * after that, uploads keep to the sync interval ({@code UploadBudget}). While a database is being
 * written to, it is looked at in short intervals instead of at every change.
 *
 * <p>Each database has a {@code DatabaseReplicator}: its {@code DatabaseSteps} copy and checkpoint,
 * and {@code DatabaseLooks} says when. Each of its replicas has a {@code ReplicaUploader}, and
 * beside it {@code ReplicaUpkeep} for snapshots and retention, {@code ReplicaDrill}, and perhaps a
 * {@code ReplicaLease}.
 */
@NullMarked
package io.litestream.core.engine;

import org.jspecify.annotations.NullMarked;
