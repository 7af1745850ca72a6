/**
 * SQLite's write-ahead log as bytes: header, frames, checksums, and a scanner that says how much of
 * a run of bytes is committed. Pure: no files, no clock, no threads.
 *
 * <p>The format is SQLite's, see <a href="https://www.sqlite.org/fileformat2.html#walformat">"The
 * Write-Ahead Log"</a>. All numbers are big-endian.
 *
 * <pre>
 * header, 32 bytes                          frame: header of 24 bytes, then one page
 *  0  magic 0x377F0682 or 0x377F0683         0  page number, from 1
 *  4  version 3007000                        4  database size in pages if this frame
 *  8  page size in bytes                        ends a transaction, else 0
 * 12  checkpoint sequence                    8  salt-1, as in the header
 * 16  salt-1, one more at each restart      12  salt-2, as in the header
 * 20  salt-2, random at each restart        16  checksum-1 | of everything up to and
 * 24  checksum-1 | of bytes 0 to 23         20  checksum-2 | including this page
 * 28  checksum-2 |
 * </pre>
 */
@NullMarked
package io.litestream.core.wal;

import org.jspecify.annotations.NullMarked;
