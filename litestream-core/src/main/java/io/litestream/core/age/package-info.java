/**
 * Encryption of a replica's objects in the <a href="https://age-encryption.org/v1">age format</a>,
 * version 1, with X25519 keys: what the {@code age} program and the peer write and read. The only
 * package that knows the age library, which is not loaded before a key is used.
 *
 * <p>Order is compression inside, encryption outside; an object's name does not tell which. Its
 * first bytes do: {@code age-encryption.org/} here, a frame's magic number otherwise.
 *
 * <p>An object is encrypted for all recipients at once, each of which can read it. Nothing in it
 * tells who they are, nor who encrypted it: age proves that the bytes are those that somebody who
 * knew a recipient has encrypted, whole and in order, no more.
 *
 * <p>Every kind of damage, and every key that does not fit, is an {@link
 * io.litestream.core.age.AgeException}. Bytes are handed out only after their own chunk of 64 KiB
 * was authenticated; that the object is whole shows at its end. No message and no {@code toString}
 * ever holds a piece of an identity.
 */
@NullMarked
package io.litestream.core.age;

import org.jspecify.annotations.NullMarked;
