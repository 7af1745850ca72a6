package io.litestream.replica.sftp;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.condition.EnabledIf;

/** Runs on {@link OpenSsh}, where that is installed, or on {@link NamedServer} in its place. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@EnabledIf(
    value = "io.litestream.replica.sftp.OpenSsh#isThere",
    disabledReason = "OpenSSH's server is not installed")
@interface OnOpenSsh {}
