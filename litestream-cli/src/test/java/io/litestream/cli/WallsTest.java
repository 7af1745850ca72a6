package io.litestream.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import org.junit.jupiter.api.Test;

/** What the command may know of the other modules, and its packages of each other. */
class WallsTest {

  private final JavaClasses code =
      new ClassFileImporter()
          // Wherever the build puts them: ArchUnit's own option knows target/ only.
          .withImportOption(location -> !location.contains("/test-classes/"))
          .importPackages("io.litestream.cli");

  @Test
  void knowsTheFacadeTheReaderAndTheRestorer() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.litestream.core.wal..",
            "io.litestream.core.shadow..",
            "io.litestream.core.sqlite..",
            "io.litestream.core.codec..",
            "io.litestream.core.sync..",
            "io.litestream.core.engine..",
            "io.litestream.core.layout..")
        .because("the engine may change inside without the command noticing")
        .check(code);
  }

  @Test
  void knowsNoAdapter() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.litestream.replica..")
        .because("adapters are found by ServiceLoader alone")
        .check(code);
  }

  @Test
  void onlyTheDemoTalksToSqlite() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.litestream.cli.demo..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("java.sql..", "org.sqlite..")
        .check(code);
  }

  @Test
  void onlyConfigReadsYaml() {
    classes()
        .that()
        .resideOutsideOfPackage("io.litestream.cli.config..")
        .should()
        .onlyDependOnClassesThat()
        .resideOutsideOfPackage("org.snakeyaml..")
        .check(code);
  }

  @Test
  void onlyLogKnowsLogback() {
    classes()
        .that()
        .resideOutsideOfPackage("io.litestream.cli.log..")
        .should()
        .onlyDependOnClassesThat()
        .resideOutsideOfPackage("ch.qos.logback..")
        .check(code);
  }

  @Test
  void onlyMonitorServesAndMeasures() {
    classes()
        .that()
        .resideOutsideOfPackage("io.litestream.cli.monitor..")
        .should()
        .onlyDependOnClassesThat()
        .resideOutsideOfPackages("io.prometheus..", "com.sun.net.httpserver..")
        .check(code);
  }

  @Test
  void partsDoNotKnowTheCommands() {
    noClasses()
        .that()
        .resideInAnyPackage(
            "io.litestream.cli.check..",
            "io.litestream.cli.config..",
            "io.litestream.cli.log..",
            "io.litestream.cli.monitor..",
            "io.litestream.cli.output..",
            "io.litestream.cli.process..",
            "io.litestream.cli.demo..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.litestream.cli")
        .check(code);
  }
}
