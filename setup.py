"""What ``pyproject.toml`` cannot say: the folder ``examples`` is installed as the package ``trueline_examples``."""

from setuptools import find_packages, setup

setup(
    packages=[*find_packages(include=["engine*", "api*"]), "trueline_examples"],
    package_dir={"trueline_examples": "examples"},
)
