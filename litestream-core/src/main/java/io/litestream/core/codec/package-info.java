/**
 * The compression of a replica's objects: bytes in, one LZ4 frame out, and back. The only package
 * that knows the LZ4 library.
 *
 * <p>What is written, see the <a
 * href="https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md">LZ4 Frame Format</a>:
 *
 * <pre>
 * 04 22 4d 18   magic number 0x184D2204, little-endian
 * 64            FLG: version 1, independent blocks, content checksum, nothing else
 * 70            BD: blocks of at most 4 MiB
 * b9            header checksum: second byte of xxHash32 of FLG and BD
 * blocks        each: length of 4 bytes, highest bit set if stored uncompressed; then the data
 * 00 00 00 00   end mark
 * checksum      xxHash32 of everything that went in, 4 bytes, little-endian
 * </pre>
 *
 * <p>A note can follow, in a frame of the kind that every reader skips. It stands behind the end
 * mark, where also those do not stumble over it that know of one frame alone, like the peer:
 *
 * <pre>
 * 5c 2a 4d 18   magic number 0x184D2A5C, little-endian: a skippable frame
 * length        of what follows, 4 bytes, little-endian
 * note          some bytes
 * checksum      xxHash32 of the note, 4 bytes, little-endian
 * </pre>
 *
 * <p>Blocks never get a checksum of their own: readers of Litestream 0.3 compute it wrongly and
 * refuse the object. What is read is the whole format but for dictionaries: other block sizes,
 * linked blocks, block checksums, a content size.
 *
 * <p>Litestream v0.5 compresses each page of a database by itself: as a frame among others in one
 * file, or as a bare block ({@link io.litestream.core.codec.Lz4Block}). Both are only read.
 *
 * <p>Damage of every kind is an {@link io.litestream.core.codec.Lz4FormatException} with its {@link
 * io.litestream.core.codec.Lz4FormatException.Damage kind}. The content's checksum comes last, so
 * damage may show only after all bytes were handed out: whoever reads must not act on them for good
 * before the end of the stream.
 */
@NullMarked
package io.litestream.core.codec;

import org.jspecify.annotations.NullMarked;
