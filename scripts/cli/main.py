"""The command `audience`: its groups of commands, in the order in which you need them."""

import os
import sys

import click

from scripts.cli import (
    benchmark,
    build,
    campaigns,
    delivery,
    experiments,
    generate,
    inspection,
    maintenance,
    releases,
    reports,
    workspace,
)
from scripts.private_files import PRIVATE
from scripts.terminal import visible_output
from scripts.workspace import WorkspaceError, enter_workspace

SECTIONS: dict[str, tuple[click.Command, ...]] = {
    "Build a release": (
        workspace.init,
        inspection.inspect,
        inspection.check,
        build.build,
        build.refresh,
        build.evidence,
    ),
    "Serve and manage releases": (
        releases.serve,
        releases.keys,
        releases.fetch,
        releases.publish,
        releases.releases,
        releases.rollback,
    ),
    "Contact customers": (campaigns.export, delivery.deliver, campaigns.suppress),
    "Run experiments": (experiments.plan, experiments.start, experiments.experiment),
    "Read a release": (reports.metrics, reports.dictionary, reports.docs),
    "Work on the project": (
        generate.generate,
        benchmark.benchmark,
        maintenance.maintenance,
    ),
}


class Sections(click.Group):
    """A group whose help lists its commands by section."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """The names of all commands, in the order of the sections."""
        return list(self.commands)

    def format_commands(
        self,
        ctx: click.Context,  # noqa: ARG002
        formatter: click.HelpFormatter,
    ) -> None:
        """Write a list of commands per section, all with the same indentation."""
        width = max(map(len, self.commands))
        for title, commands in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl(
                    [
                        (str(command.name).ljust(width), command.get_short_help_str(64))
                        for command in commands
                    ]
                )


@click.group(
    cls=Sections,
    context_settings={"help_option_names": ["-h", "--help"], "show_default": True},
    epilog="`audience COMMAND --help` shows the options of a command and an example.",
)
@click.version_option(package_name="product-audience", message="%(package)s %(version)s")
def audience() -> None:
    """Build, serve and use releases of the product audience warehouse.

    Everything generated goes to build/, or to the folder in AUDIENCE_BUILD_DIR. In a
    workspace (`audience init`) its settings and tables are used, and its folder build/.
    """


for _section in SECTIONS.values():
    for _command in _section:
        audience.add_command(_command)


class WithoutPandas:
    """Finds no pandas, which DuckDB imports, where it can, for the parameters of a query.

    That takes longer than a check, and commands that look at a log do not use it.
    """

    COMMANDS = ("check", "inspect")

    @staticmethod
    def find_spec(name: str, *_: object) -> None:
        """For the list of finders in `sys.meta_path`.

        Raises:
            ModuleNotFoundError: the module is pandas.
        """
        if name == "pandas":
            raise ModuleNotFoundError("This command does without pandas", name=name)


def main(arguments: list[str] | None = None) -> int:
    """Run a command; returns its exit code.

    Args:
        arguments: the words after `audience`; those of this process if None.
    """
    # What a command writes is personal data, and so is what it leaves in temporary files.
    os.umask(PRIVATE)
    if arguments is None and set(sys.argv[1:2]) & set(WithoutPandas.COMMANDS):
        sys.meta_path.insert(0, WithoutPandas)
    with visible_output():
        try:
            enter_workspace()
            code = audience.main(arguments, prog_name="audience", standalone_mode=False)
        except click.ClickException as error:
            error.show()
            return error.exit_code
        except WorkspaceError as error:
            print(f"error: {error}", file=sys.stderr)
            return 1
        except click.Abort:
            print("error: interrupted", file=sys.stderr)
            return 130
        return int(code or 0)
