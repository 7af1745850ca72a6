/**
 * LTX files, in which Litestream v0.5 keeps transactions: decoded and verified, never written.
 *
 * <p>Numbers are big-endian, but for the page index.
 *
 * <pre>
 * header       100 bytes
 *    0  "LTX1"
 *    4  flags, 4 bytes: 2 = database checksums are not kept; no other is known
 *    8  page size, 4 bytes
 *   12  size of the database after the last transaction, in pages, 4 bytes
 *   16  first transaction, 8 bytes; 1: the file holds every page of the database
 *   24  last transaction, 8 bytes
 *   32  time of the last transaction, in milliseconds since 1970, 8 bytes
 *   40  database checksum before the first transaction, 8 bytes; 0 if not kept, or in a whole database
 *   48  where the WAL was that it came from, and a node's number; of no use for restoring
 * pages        each once, in ascending order
 *    0  page number, 4 bytes
 *    4  flags, 2 bytes: 1 = a size follows, and the page is an LZ4 block; 0 = an LZ4 frame follows,
 *       as all up to v0.5.15 wrote it
 *    6  size of the block, 4 bytes; then the block
 * end          a page header of zeros, 6 bytes
 * page index   of each page its number, and offset and size of its entry in the file, as unsigned
 *              LEB128; then a 0; then the index's size in bytes, 8 bytes
 * trailer      16 bytes
 *    0  database checksum after the last transaction, 8 bytes; 0 if not kept
 *    8  file checksum, 8 bytes
 * </pre>
 *
 * <p>A checksum is a CRC-64 of ISO 3309 (reflected, inverted at both ends) with its highest bit set
 * to tell it from none. A file's is taken of everything before it, each page decompressed. A page's
 * is taken of its number and its bytes; a database's is the exclusive or of its pages'. SQLite's
 * lock page, the one at 1 GiB, is in no file and no checksum.
 *
 * <p>The source of these rules is the reader and writer in the repository superfly/ltx, versions
 * 0.5.0 to 0.5.3. Damage of every kind is an {@link io.litestream.core.ltx.LtxFormatException}. The
 * file's checksum comes last: whoever reads pages must not act on them for good before.
 */
@NullMarked
package io.litestream.core.ltx;

import org.jspecify.annotations.NullMarked;
