declare module "virtual:page" {
  /** The text of page.html with its policy. */
  const page: string;
  export default page;
}
