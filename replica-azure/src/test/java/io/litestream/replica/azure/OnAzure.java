package io.litestream.replica.azure;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.condition.EnabledIf;

/** Runs on a {@link TestAccount}, where there is one. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@EnabledIf(
    value = "io.litestream.replica.azure.TestAccount#isThere",
    disabledReason = "neither LITESTREAM_TEST_AZURITE nor LITESTREAM_TEST_AZURE_ENDPOINT is set")
@interface OnAzure {}
