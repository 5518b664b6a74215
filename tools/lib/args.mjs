// Reading the command lines of the npm scripts.

/** The value of `--name VALUE` or `--name=VALUE` in `args`, the last one given; undefined without it. */
export function optionValue(args, name) {
  let value;
  args.forEach((arg, index) => {
    if (arg === `--${name}`) value = args[index + 1];
    else if (arg.startsWith(`--${name}=`)) value = arg.slice(name.length + 3);
  });
  return value;
}
